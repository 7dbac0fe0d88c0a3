### at_quoted_empty
show() { echo $#; for i; do echo "[$i]"; done; }
set -- a "" "b c" ''; show "$@"; show $@; show "x$@y"; show "$*"
### at_none
show() { echo $#; for i; do echo "[$i]"; done; }
set --; show "$@"; show $@; show "x$@"; show "$*"; show "" "$@" ""
### at_in_default
show() { echo $#; for i; do echo "[$i]"; done; }
set -- "a b" c; show "${1+$@}"; show ${1+"$@"}; set --; show ${1+"$@"}; show "${1+"$@"}"
### star_ifs
set -- a b c; IFS=:; echo "$*"; IFS=; echo "$*"; unset IFS; echo "$*"; IFS=+-; x=$*; echo "$x"
### shift_many
set -- a b c d; shift 2; echo $# $1; shift; shift; echo $# "$1"
### positional_ten
set -- a b c d e f g h i j k; echo $10 ${10} ${11} ${12:-none}
### set_in_function
f() { set -- x y; echo $# $1; }; set -- a b c; f q; echo $# $1
### set_dashes
set -- -e -x; echo "$@"; set -- ; echo $#; set a b; echo $2
### default_values
n=; echo ${n-a} ${n:-b} ${u-c} ${u:-d} "${n+e}" ${n:+f} ${u+g} x${u:+h}
### default_assign
echo ${a:=1 2} $a; b=; echo ${b=x}[$b] ${b:=y} $b
### default_nested
echo ${a:-${b:-${c:-deep}}} ${a:-$(echo sub)} ${a:-`echo back`} ${a:-$((1+1))}
### default_side_effect
x=set; i=0; echo ${x:-$((i=1))} $i ${u:-$((i=2))} $i
### default_brace_in_quotes
echo "${u:-a\}b}" ${u:-"}"} ${u:-\}} '}'
### error_if_unset
(echo ${u:?gone}; echo not) 2>/dev/null; echo $?
(u=; echo ${u?fine}; echo ${u:?}) ; echo $?
### trim_suffix
x=a.b.c; echo ${x%.*} ${x%%.*} ${x%.x} ${x%%*} "${x%?}"
### trim_prefix
x=a/b/c; echo ${x#*/} ${x##*/} ${x#/} "[${x##*}]" ${x#?}
### trim_quoted_pattern
x='a*b*c'; echo "${x%"*"*}" "${x%\**}" "${x#*'*'}" "${x##*"*"}"
### trim_pattern_from_variable
x=abcabc; p='*b'; echo ${x#$p} ${x##$p} ${x#"$p"} ${x%%c*}
### trim_brackets
x=foo123; echo ${x%%[0-9]*} ${x%[!a-z]} ${x##*[a-z]} ${x#[f]}
### special_parameters
true; echo $?; false; echo $?; [ $$ -gt 0 ] && echo pid; [ "$(echo $$)" = $$ ] && echo same
[ $PPID -gt 0 ] && echo ppid
### dash_parameter
set -f; case $- in *f*) echo f;; esac; set +f; case $- in *f*) echo f;; *) echo none;; esac
set -u; case $- in *u*) echo u;; esac
### last_background
true & x=$!; wait $x; echo $? $([ "$x" -gt 1 ] && echo pid)
### script_name
echo ${0##*/} $# "$2"
### unset_variable
x=1; unset x; echo ${x-unset}; unset -v y; echo $?; f() { echo f; }; unset -f f; f 2>/dev/null; echo $?
### nounset
set -u; echo "$@" $* ${x-ok}; echo $#; (echo $x; echo no); echo $?; echo ${x:-fine}; echo $y; echo no
### readonly
readonly r=1; (r=2; echo no); echo $?; (unset r; echo no); echo $?; echo $r; readonly -p | cat >/dev/null
### readonly_ends_script
readonly r=1; r=2; echo not reached
### export
export A=1 B; B=2; C=3; env | while read l; do case $l in [BC]=*) echo $l;; esac; done; $SH -c 'echo $A $B [$C]'
### export_print
A='x y'; export A; export -p | while read l; do case $l in "export A="*) echo "$l";; esac; done
### export_assignment_split
x='a b'; export Y="$x"; $SH -c 'echo "$Y"'
### length_of_special
set -- a b c; echo ${#} ${#1} ${##}
### colon_assign_no_split
: ${x:="a  b"}; echo "$x" $x
### assign_quoted_in_quotes
unset x y; echo "${x="a  b"}" "$x"; echo "${y:="$x"c}"; echo "$y"
### many_stars
case aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac in *a*a*a*a*a*a*a*a*b) ;; *) echo no;; esac
x=aXbXc; echo ${x#*X*} ${x##*X} ${x%X*} ${x%%X*}; case abcbc in *bc) echo yes;; esac
