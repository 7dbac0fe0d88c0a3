### order
echo a >f1 2>&1; { echo out; echo err >&2; } >f2 2>&1; cat f1 f2
{ echo out; echo err >&2; } 2>&1 >f3 | cat; cat f3
### append_and_truncate
echo a >f; echo b >>f; cat f; echo c >f; cat f; >f; cat f; echo $?
### input
echo text >f; cat <f; read x <f; echo "[$x]"; cat <f <f
### numbers
echo three 3>f >&3; cat f; exec 4>g; echo four >&4; exec 4>&-; cat g; (echo x >&4) 2>/dev/null; echo $?
### digit_is_a_word
echo 2 >f; cat f; echo 2>f; cat f; echo a2>f; cat f
### close
exec 3>f; echo a >&3; exec 3>&-; cat f; cat <&- 2>/dev/null; echo $?; echo x >&- 2>/dev/null; echo $?
### duplicate_input
echo line >f; exec 5<f; read x <&5; echo "$x"; exec 5<&-
### read_write
echo hello >f; { read x; echo "$x" ; } <>f; echo J 1<>f; cat f; echo new 1<>g; cat g
### clobber
set -C; echo a >f; (echo b >f) 2>/dev/null; echo $?; cat f; echo c >|f; cat f; echo d >>f; cat f; echo n >/dev/null; echo $?
### before_command
>f echo one; <f cat; 2>/dev/null >g echo two three; cat g
### compound
for i in 1 2; do echo $i; done >f; while read x; do echo "r$x"; done <f; if true; then cat; fi <f; case x in x) cat;; esac <f
### nested_restore
{ { echo inner; } >f; echo outer; } >g; cat f g
### builtin_restores
echo a >f; echo b; cd / >f2 2>/dev/null; pwd
### exec_keeps
exec 3>&1 >f; echo hidden; exec >&3 3>&-; echo shown; cat f
### missing_file
cat <nofile; echo $?; echo x >/no/such/dir; echo $?; for i in 1; do echo no; done <nofile; echo $?
### missing_file_special
: <nofile; echo not reached
### missing_in_pipeline
cat <nofile | cat; echo $?; echo a | cat <nofile; echo $?
### here_basic
x=1; cat <<END
value $x \$x \\ \a "q" 'r' `echo b` $(echo c) $((x+1)) ${x:-no}
joined \
line
END
### here_quoted
x=1; cat <<'END'
value $x \$x `echo b` \
END
cat <<E"N"D
$x
END
cat <<\END
$x
END
### here_tabs
	cat <<-END
	one
		two $((1+1))
	  three
	END
cat <<-'END'
	$x
END
### here_two
cat <<A - <<B
a text
A
b text
B
{ cat; cat <<X; } <<Y
from x
X
from y
Y
### here_in_loop_in_function
f() {
	for i in 1 2; do
		cat <<END
$1 $i
END
	done
}
f a; f b | cat
### here_in_pipeline
cat <<END | while read x; do echo "<$x>"; done
one
two  three
END
### here_in_condition
if read x <<END
word
END
then echo "got $x"; fi
while read x; do echo $x; done <<END
a
b
END
### here_long
i=0; x=0123456789; while [ $i -lt 10 ]; do x=$x$x; i=$((i+1)); done
cat <<END | wc -c
$x
END
### here_empty
cat <<END
END
cat <<'' ; echo after
text

### here_end_of_file
cat <<END
no end
### here_delimiter_with_blanks
cat <<'a b'
text
 a b
a b
### here_in_substitution_in_quotes
echo "x $(cat <<END
a "quoted" 'text'
END
) y"
### here_nested_functions
outer() { inner() { cat <<E
$1-$2
E
}; inner "$@" z; }; outer q
### redirect_subshell
(echo a; echo b >&2) >f 2>g; cat f g; (cat) <f
### redirect_expansion
n=2; echo e 2>f >&$n; cat f; d=out; echo x >$d.txt; cat out.txt; echo y >"$(echo sub)"; cat sub
### redirect_only
>created; ls; <created; echo $?; <nofile; echo $?
### assignment_not_made
x=1 <nothing; echo "<$x>"
### one_digit
echo 12>f; cat f; echo 1>g; cat g; exec 9>h; echo h >&9; cat h
### here_document_braces_quotes
unset x; y=1; cat <<A
${x-"a"} ${x="b c"} $x "${y+"d"}" ${y#"1"} ${x+e\"f}
A
