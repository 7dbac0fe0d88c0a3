### if_chain
for x in 1 2 3; do if [ $x = 1 ]; then echo one; elif [ $x = 2 ]; then echo two; else echo more; fi; done
if false; then echo no; fi; echo $?
### while_until
i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done; until [ $i = 0 ]; do i=$((i-1)); done; echo $i
while false; do :; done; echo $?
### for_without_in
f() { for x; do echo $x; done; for x do echo -$x; done; }; f a 'b c'
### for_newlines
for x in a \
 b
do
echo $x
done
for x in; do echo never; done; echo $?
### for_changes_args
set -- a b c; for x; do shift; echo $x $#; done
### case_patterns
for x in apple banana 'c d' '*' '[x]' ''; do
case $x in
a*|b?n*) echo ab;;
'c d') echo cd;;
\*) echo star;;
'['*']') echo bracket;;
"") echo empty;;
esac
done
### case_quoted_pattern
x='a*b'; for y in 'a*b' axb; do case $y in "$x") echo quoted;; $x) echo pattern;; esac; done
### case_no_match
case x in y) echo y;; esac; echo $?; false; case x in x) ;; esac; echo $?
### case_fall
case a in
  (a) echo first ;;
  (*) echo second
esac; case b in a) echo a;; b) echo last; esac
### case_status
case a in a) false;; esac; echo $?; case $(echo x; exit 3) in x) true;; esac; echo $?
### break_nested
for i in 1 2 3; do for j in a b c; do [ $j = b ] && continue 2; [ $i = 3 ] && break 2; echo $i$j; done; done; echo end
### break_more_than_there_are
while :; do while :; do break 9; done; done; echo out
### break_in_while_condition
while echo c; break; do echo body; done; echo after
### continue_in_case
for i in 1 2 3; do case $i in 2) continue;; esac; echo $i; done
### break_in_subshell
for i in 1 2; do (break; echo no); echo $i; done
### break_in_function_is_local
f() { break; echo in; }; for i in 1 2; do f 2>/dev/null; echo $i; done
### function_basic
f() { echo "$# $1"; return 7; echo no; }; f a b; echo $?; f; echo $?
### function_recursion
fact() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fact $(($1 - 1))))); fi; }; fact 10
### function_redefines_itself
f() { f() { echo second; }; echo first; }; f; f
### function_body_kinds
f() (x=2; echo $x); g() if true; then echo g; fi; h() for i in 1 2; do echo $i; done; x=1; f; g; h; echo $x
### function_redirection
f() { echo out; echo err >&2; } >file 2>&1; f; f; cat file
### function_global_variables
f() { x=changed; }; x=1; f; echo $x; (x=sub; f; echo $x); x=2; f | cat; echo $x
### function_hides_builtin
cd() { echo "cd $1"; }; cd /x; command cd /; pwd; unset -f cd; cd /tmp; pwd
### function_unset_while_running
f() { unset -f f; echo still; }; f; f 2>/dev/null; echo $?
### function_return_in_loop
f() { for i in 1 2 3; do while :; do return $i; done; done; }; f; echo $?
### function_in_pipeline
f() { while read x; do echo "<$x>"; done; }; { echo a; echo 'b  c'; } | f
### function_args_restored
f() { g x; echo $# "$@"; }; g() { shift; echo $#; }; f 1 2
### group_and_subshell
x=1; { x=2; }; echo $x; (x=3; echo $x); echo $x; { echo a; echo b; } | cat; (exit 5); echo $?
### group_needs_blanks
{ echo a;}; { echo b; }; echo {c;}
### not
! true; echo $?; ! false; echo $?; ! false | true; echo $?; if ! true; then echo no; else echo yes; fi
### and_or_chain
true && false || echo or; false && echo no || echo second; true || echo no && echo and; false || false; echo $?
### pipeline_status
true | false; echo $?; false | true; echo $?; exit 3 | true; echo $?; true | exit 4; echo $?
### pipeline_long
echo a | cat | cat | cat | cat | { read x; echo "$x!"; }
### pipeline_builtin_writer
for i in 1 2 3; do echo $i; done | while read x; do echo $((x * 2)); done
### pipeline_variables
x=1; echo 2 | read x; echo $x; echo $((x = 5)) | cat; echo $x
### pipeline_endless_writer
while :; do echo y; done | { read a; read b; echo $a$b; }
### pipeline_through_if
echo data | if read x; then echo "if $x"; fi; echo a b | case x in x) cat;; esac
### background_status
(exit 3) & wait $!; echo $?; false & p=$!; true & wait $p; echo $?; wait; echo $?
### background_list
{ echo a; echo b; } & wait; true && echo c & wait; echo d | cat & wait
### background_stdin
echo input | { cat & wait; echo done; }
### wait_unknown
wait 99999; echo $?
### deep_nesting
((((((((echo deep)))))))); { { { { echo groups; }; }; }; }
if if if true; then true; fi; then true; fi; then echo ifs; fi
### empty_commands
;
