### errexit_simple
set -e; echo a; false; echo no
### errexit_conditions
set -e; if false; then :; fi; while false; do :; done; false || echo or; false && echo no; ! true; until true; do :; done; echo reached
### errexit_and_list_last
set -e; true && false; echo no
### errexit_function
set -e; f() { false; echo in f; }; f || echo or; if f; then echo if; fi; f; echo no
### errexit_subshell
set -e; (false; echo no) || echo caught; (false; echo no); echo no
### errexit_pipeline
set -e; false | true; echo a; true | false; echo no
### errexit_substitution
set -e; echo $(false; echo no); x=$(echo a; false); echo no
### errexit_group
set -e; { false || true; }; { true; false; } || echo or; { false; echo no; }; echo no
### errexit_not
set -e; ! { false; echo in; }; echo a; ! false; echo b
### errexit_return
set -e; f() { return 3; }; f || echo $?; f; echo no
### errexit_exit_trap
set -e; trap 'echo trap $?' EXIT; false; echo no
### errexit_case_for
set -e; for i in 1 2; do case $i in 1) ;; 2) false;; esac; echo $i; done
### errexit_dot_eval
set -e; eval 'false || true'; eval 'false'; echo no
### errexit_off
set -e; set +e; false; echo on; set -e; (set +e; false; echo sub)
### syntax_unexpected_done
echo before
done
echo after
### syntax_unfinished_if
echo before
if true; then
echo inside
### syntax_unclosed_quote
echo before
echo "abc
### syntax_unclosed_substitution
echo before
echo $(echo a
### syntax_paren
echo before
echo a)
### syntax_empty_then
if true; then fi
### syntax_double_semicolon
echo a;; echo b
### syntax_pipe_nothing
echo a | ; echo b
### syntax_and_nothing
&& echo b
### syntax_bad_for
for 1 in a; do echo; done
### syntax_case
case a in a) echo a; b) echo b;; esac
### syntax_redirection
echo a > ; echo b
### syntax_in_eval
eval 'if'; echo not reached
### syntax_in_substitution
echo before; echo $(if); echo not reached
### syntax_in_subshell_eval
(eval 'fi'; echo no); echo $?
### syntax_group
{ echo a
### syntax_function
f( { echo a; }
### syntax_bang_alone
!; echo a
### bad_substitution
(echo ${x!y}; echo no); echo $?; echo ${x^}; echo not reached
### expansion_error_ends
echo a; echo ${x:?message}; echo not reached
### noexec
set -n; echo not run
### verbose
set -v
echo seen
### xtrace
set -x; echo traced; x=1; set +x; echo quiet
### command_guards_special
command . ./nofile; echo "reached $?"; command exec <nofile; echo "also $?"
### status_126_127
mkdir d; ./d; echo $?; nosuchcommand; echo $?; d/x; echo $?
### signal_status
$SH -c 'kill -9 $$'; echo $?; $SH -c 'kill -15 $$'; echo $?
### options_on_command_line
$SH -e -c 'false; echo no'; echo $?; $SH -c 'echo $0 $1' name arg; $SH -ec 'echo $-' | { read x; case $x in *e*) echo e;; esac; }; $SH -u -c 'echo $x'; echo $?
### dash_c_lines
$SH -c 'echo a
echo b; exit 4
echo c'; echo $?
### nested_quotes_in_c
$SH -c "echo 'a \"b\"' \"c 'd'\""
### errexit_redirection_of_group
set -e; { echo a; } <nothing || echo or; { echo b; } <nothing; echo no
### errexit_ends_script_with_option_behind_c
$SH -c -e 'false; echo no'; echo $?; $SH -ce 'false; echo no'; echo $?
### recursion
f() { [ $1 -gt 900 ] || f $(($1 + 1)); }; f 0; echo $?
### test_number_range
[ 99999999999999999999 -gt 1 ]; echo $?
