### quotes_mixed
x=1; echo a'b "c" $x'"d 'e' $x"\ f\"g\'
### quotes_empty
set -- "" '' $none "$none"; echo $#
### quotes_backslash_newline
echo one\
two "three\
four" 'five\
six' | cat
### quotes_dollar_alone
echo $ "$" $% "a$" '$x' \$x "\$x"
### quotes_in_substitution
x='a b'; echo "$(echo "$x" "$(echo "c  d" 'e "f')")"
### quotes_backquote_nested
echo `echo \`echo a b\`` "`echo "q  r"`"
### quotes_in_default
echo "${x:-'a'}" ${x:-'a  b'} "${x:-a  b}" ${x:-"c  d"}
### quotes_case_in_substitution
echo $(case a in (a) echo open;; esac) $(case b in b) echo "x)";; esac)
### quotes_comment_in_substitution
echo $(
# a comment with ' and )
echo fine
)
### quotes_hash
echo a#b '#c' #d
### substitution_trailing_newlines
x=$(echo a; echo; echo); echo "[$x]"
y=$(echo; echo b); echo "[$y]"
### substitution_status
x=$(exit 3); echo $?
x=$(exit 3) true; echo $?
$(exit 4); echo $?
: $(false); echo $?
### substitution_keeps_shell
x=1; y=$(x=2; cd /; echo $x); echo $x $y
### substitution_of_nothing
x=$(); echo "[$x]$?"; y=``; echo "[$y]$?"
### substitution_long
i=0; x=abcdefghij
while [ $i -lt 9 ]; do x=$x$x; i=$((i + 1)); done
y=$(echo $x; echo $x; echo $x); echo ${#x} ${#y}
### substitution_reads_stdin
echo "first line" | { x=$(cat); echo "got: $x"; }
### substitution_in_pipeline
echo hidden | echo "$(cat)" | cat
### substitution_here_document
x=$(cat <<END
one )
two "
END
)
echo "$x"
### tilde
HOME=/home/me; echo ~ ~/x "~" \~ a~ ~/'y z'
x=~/bin:~; echo $x; x=a~:~/b; echo "$x"; echo ${none:-~}
### tilde_no_split
HOME='/a b'; set -- ~; echo $# "$1"
### brace_is_a_word
echo { } {a,b} }x x{
### reserved_as_argument
echo if then else fi do done case esac while for in !
### assignment_like_arguments
echo a=b; x=1 y=2; echo $x$y a=$x
### assignment_order
A=1 B=$A; echo "$A $B"; A=2 C=$A$B; echo $C
### assignment_for_command
A=old; A=new env | while read l; do case $l in A=*) echo $l;; esac; done; echo $A
### assignment_words_first
A=1; A=2 echo $A; echo $A
### assignment_special_stays
A=1; A=2 :; echo $A; A=3 true; echo $A
### assignment_for_function
f() { echo "in $A"; }; A=0; A=1 f; echo "out"
### length
x=hello; echo ${#x} ${#none} ${#1} $#
### long_word
x=a; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do x=$x$x; done; echo ${#x} | cat
### line_continuation_operators
true &&
echo and; false ||

echo or; echo a |
cat
### semicolons_and_background
echo a; echo b & wait; echo c
### nested_substitution_deep
echo $(echo $(echo $(echo $(echo $(echo deep)))))
### backslash_at_the_end
printf 'echo a\\\n' >f; $SH f; $SH -c 'echo b\
'
### deep_substitutions
x=deep; i=0; while [ $i -lt 30 ]; do x="\$(echo $x)"; i=$((i + 1)); done; eval "echo $x"
x=deep; i=0; while [ $i -lt 60 ]; do x="\${none-$x}"; i=$((i + 1)); done; eval "echo $x"
### long_substitution
{ echo 'x=$('; i=0; while [ $i -lt 200 ]; do echo "echo $i"; i=$((i + 1)); done; echo '); echo $x'; } >f; $SH f
