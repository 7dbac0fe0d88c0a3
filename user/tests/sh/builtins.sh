### echo_n
echo -n a; echo b; echo; echo ''; echo "  x  " y
### test_strings
[ a = a ] && echo 1; [ a != a ] || echo 2; [ -z "" ] && echo 3; [ -n "" ] || echo 4; [ x ] && echo 5; [ "" ] || echo 6; [ ] || echo 7; test; echo $?
### test_numbers
[ 1 -eq 01 ] && echo eq; [ 2 -gt 1 ] && echo gt; [ -1 -lt 0 ] && echo lt; [ 1 -ne 1 ]; echo $?; [ 3 -ge 3 -a 3 -le 3 ] && echo gele; [ 10 -gt 9 ] && echo num
### test_odd_words
[ -f = -f ] && echo 1; [ ! = ! ] && echo 2; [ "(" = "(" ] && echo 3; [ -n ] && echo 4; [ ! ] && echo 5; [ ! "" ] && echo 6; [ ! ! x ] && echo 6b; [ = ] && echo 7; [ -a ] && echo 8
### test_not_and_groups
[ ! -f none ] && echo 1; [ ! a = b ] && echo 2; [ "(" a ")" ] && echo 3; [ a -a b ] && echo 4; [ "" -o b ] && echo 5; [ a -a ! b ] || echo 6; [ "(" a = b ")" -o c = c ] && echo 7; [ ! "(" a = b -o c = d ")" ] && echo 8
### test_files
echo x >f; >e; mkdir d; [ -f f ] && echo f; [ -s e ] || echo e; [ -s f ] && echo s; [ -d d ] && echo d; [ -e none ] || echo none; [ -r f ] && [ -w f ] && echo rw; [ -x f ] || echo x; [ -c /dev/null ] && echo c; [ f -ef ./f ] && echo ef; [ -h f ] || echo h; [ -p f ] || echo p
### test_errors
[ a -eq 1 ]; echo $?; [ a b c ]; echo $?; [ a; echo $?; [ 1 -eq ]; echo $?; test -q x; echo $?
### test_terminal
[ -t 0 ] || echo no; [ -t 1 ] || echo no
### read_fields
echo 'a b  c d' | { read x y; echo "[$x][$y]"; }; echo '  lead trail  ' | { read x; echo "[$x]"; }; echo one | { read x y z; echo "[$x][$y][$z]"; }
### read_raw
cat <<'E' >f
a\b c\
d
E
{ read x; cat <<F
$x
F
read y; } <f; { read -r x; cat <<F
$x
F
} <f
### read_ifs
echo a:b:c | { IFS=: read x y; echo "$x $y"; }; echo 'a : b' | { IFS=' :' read x y; echo "[$x][$y]"; }; echo '1::3' | { IFS=: read a b c; echo "[$a][$b][$c]"; }; echo ' x ' | { IFS= read a; echo "[$a]"; }
### read_trailing_separator
echo 'a:b:' | { IFS=: read x y; echo "[$x][$y]"; }; echo 'a:b:c:' | { IFS=: read x y; echo "[$x][$y]"; }; echo 'a:' | { IFS=: read x; echo "[$x]"; }
### read_escaped_separator
cat <<'E' | { read x y; echo "[$x][$y]"; }
a\ b c
E
### read_status
read x </dev/null; echo $? "[$x]"; echo -n partial | { read x; echo $? "[$x]"; }
### read_leaves_rest
{ echo 1; echo 2; echo 3; } | { read a; cat; echo "a=$a"; }
### cd_and_pwd
mkdir a; here=$PWD; cd a; [ "$PWD" = "$here/a" ] && echo in; [ "$OLDPWD" = "$here" ] && echo old; x=$(cd -); [ "$x" = "$here" ] && echo minus; cd -  >/dev/null; [ "$PWD" = "$here" ] && echo back; HOME=/tmp; cd; pwd; cd nowhere; echo $?; pwd
### eval_words
x='echo "a  b"'; eval $x; eval "$x"; eval 'y=1; z=$((y+1))'; echo $z; eval; echo $?; eval 'false'; echo $?; eval "(exit 5)"; echo $?
### eval_control
for i in 1 2 3; do eval '[ $i = 2 ] && continue'; echo $i; done; f() { eval 'return 4'; echo no; }; f; echo $?
### dot
echo 'x=5; echo "in $#"; return 3; echo no' >f; . ./f; echo $? $x; echo 'exit 6' >g; (. ./g; echo no); echo $?
### dot_missing
. ./nofile; echo not reached
### exec_program
(exec echo gone; echo no); (exec nosuchprogram; echo no); echo $?; exec echo last; echo no
### exit_status
(exit); echo $?; (false; exit); echo $?; (exit 256); echo $?; (exit 255); echo $?; sh_fn() { exit 9; }; (sh_fn); echo $?
### command_v
command -v echo cd; command -v nosuch; echo $?; f() { :; }; command -v f; command -v if; command -v cat >/dev/null && echo found
### command_skips_functions
echo() { :; }; command echo shown; echo hidden; unset -f echo; command nosuch; echo $?; command; echo $?
### type
type cd >/dev/null; echo $?; type nosuch >/dev/null 2>&1; echo $?
### not_found
nosuch; echo $?; ./nosuch; echo $?; >plain; ./plain; echo $?; mkdir d; ./d; echo $?; ''; echo $?
### script_without_interpreter
echo 'echo "script $1 $#"' >f; cat >g <<E
exit 4
E
$SH f a b; $SH g; echo $?
### umask
umask 022; umask; (umask 077; umask); umask; umask 9; echo $?
### ulimit
ulimit -f 100; ulimit; ulimit -f; ulimit -Hf; (ulimit -S -f 50; ulimit; ulimit -H); ulimit; ulimit -n 20; ulimit -n; (ulimit -v 100000; ulimit -v); ulimit -c 0; ulimit -c; ulimit -HSn
ulimit -Sn 10; ulimit -Sn; ulimit -Hn; ulimit -s unlimited 2>/dev/null; ulimit -S -t unlimited; ulimit -t; $SH -c 'ulimit; ulimit -n'
### ulimit_limits
exec 2>/dev/null
(ulimit -f 1; head -c 2000 /dev/zero >f); wc -c <f; ulimit -a | grep -c blocks
### ulimit_errors
exec 2>/dev/null
(ulimit x); echo $?; (ulimit -f 10; ulimit -S -f 20) || echo soft; (ulimit 1 2) || echo two
### trap_exit
trap 'echo bye $?' EXIT; (trap 'echo sub' EXIT; :); (echo inner); echo end; exit 3
### trap_reset
trap 'echo no' EXIT; trap - EXIT; trap 'echo yes' 0; trap '' TERM; kill -TERM $$; echo alive
### trap_in_substitution
trap 'echo bye' EXIT; x=$(echo sub); echo $x
### kill_builtin
exec 2>/dev/null
sleep 100 & kill $!; wait $!; echo $?; sleep 100 & kill -9 $!; wait $!; echo $?; sleep 100 & kill -s INT $!; kill -s KILL $!; wait $!; echo $? >/dev/null; kill -0 $$; echo $?; kill -l 15; kill -l 137
### kill_errors
kill 99999; echo $?; kill -NOSUCH $$; [ $? != 0 ] && echo bad
### getopts
set -- -a -b arg -cval rest; while getopts ab:c: o; do echo "$o $OPTARG"; done; echo $OPTIND; shift $((OPTIND - 1)); echo "$@"
### getopts_grouped
while getopts abc: o -abc x y; do echo "$o $OPTARG"; done; echo $OPTIND
### getopts_errors
getopts a: o -a; echo "$o"; OPTIND=1; getopts :a: o -a; echo "$o $OPTARG"; OPTIND=1; getopts :a o -x; echo "$o $OPTARG"
### set_prints
x='it'"'"'s'; set | while read -r l; do case $l in x=*) eval "$l"; echo "$x";; esac; done
### set_o
set -o noglob; echo *; set +o noglob; set -o errexit; case $- in *e*) echo e;; esac
### true_false_colon
true; echo $?; false; echo $?; : a b c; echo $?
### shift_too_far
set -- a; shift 2; echo not reached
### exec_exports
(x=1 exec env) | grep ^x=; x=2 exec $SH -c 'echo "$x"'
### set_dash
set -- -a -b; set - x y; echo $1 $#; set -v - 2>/dev/null; set -; echo $# $-; set --; echo $#
### dash_s
echo 'echo $# $1' >f; $SH -s a b <f; $SH - <f; $SH -- f 1 2
