### ifs_default
show() { echo $#; for i; do echo "[$i]"; done; }
x='  a  b
	c  '; show $x; show "$x"; show $x$x; show -$x-
### ifs_colon
show() { echo $#; for i; do echo "[$i]"; done; }
IFS=:; x=a::b:; show $x; x=:a; show $x; x=:; show $x; x=; show $x
### ifs_mixed
show() { echo $#; for i; do echo "[$i]"; done; }
IFS=' :'; x='a : b::c : : d :'; show $x; x=' : a'; show $x; x='a b:c'; show $x
### ifs_empty
show() { echo $#; for i; do echo "[$i]"; done; }
IFS=; x='a b:c'; show $x; unset IFS; show $x
### ifs_joins_neighbours
show() { echo $#; for i; do echo "[$i]"; done; }
a='x ' b=' y'; show $a$b; show "$a"$b; show z$a"q"
### ifs_not_for_literals
show() { echo $#; for i; do echo "[$i]"; done; }
IFS=o; show foo; x=foo; show $x; show "$x" f${x}o
### ifs_in_substitution
show() { echo $#; for i; do echo "[$i]"; done; }
IFS=,; show $(echo a,b,,c); show "$(echo a,b)"
### ifs_in_for
IFS=:; for i in a:b $(echo c:d); do echo "[$i]"; done
### ifs_arithmetic
IFS=1; x=$((100+15)); echo $x; set -- $((2132)); echo $#
### no_split_in_assignment
x='a   b'; y=$x; echo "$y"; z=$(echo "c   d"); echo "$z"
### no_split_in_case
x='a   b'; case $x in 'a   b') echo yes;; *) echo no;; esac
### no_split_in_redirection
x='a b'; echo hi >$x; ls
### glob_star
echo >b.c; echo >a.c; echo >c.h; echo >.hidden; echo *.c; echo *; echo .h*; echo *.x
### glob_question_and_brackets
for i in a1 a2 b1 ab; do echo >$i; done; echo a? [ab]1 [!a]1 [a-b][0-9] a[!0-9] [[:alpha:]][[:digit:]]
### glob_quoted
echo >'a*'; echo >ab; echo a* "a*" 'a'* a\* "a"*
### glob_directories
mkdir d e; echo >d/x; echo >e/x; echo >e/y; echo */x; echo */*; echo */; echo ./*/y; echo d/../e/*
### glob_from_variable
echo >a1; echo >a2; x='a*'; echo $x "$x"; y=$x; echo $y; for i in $x; do echo -$i; done
### glob_noglob
echo >a; set -f; echo *; set +f; echo *
### glob_bad_bracket
echo [a; echo ]; echo [; echo >'[x'; echo [x; echo [[]*
### glob_no_match_stays
echo none*; ls none* 2>/dev/null; echo "$?" | cat >/dev/null; echo a*b?c
### glob_slash_in_bracket
mkdir d; echo >d/f; echo d[/]f; echo d*f
### glob_range_with_bracket
for i in ']' - a; do echo >"$i"; done; echo []a]; echo [a-]; echo [!]]
### glob_in_quotes_partly
mkdir 'x y'; echo >'x y/z'; echo 'x y'/*; echo "x "*/z
### glob_not_in_assignment
echo >a; x=*; echo "$x"; echo $x
### glob_sorted
for i in B a C 10 9; do echo >$i; done; echo *
### field_of_empty_variable
show() { echo $#; for i; do echo "[$i]"; done; }
e=; show $e; show "$e"; show $e$e; show a$e; show $e""; show ''$e
### field_default_words
show() { echo $#; for i; do echo "[$i]"; done; }
show ${x:-a b}; show "${x:-a b}"; show ${x:-"a b" c}; show ${x:-a "b c"}; y='1 2'; show ${y:+$y 3}
