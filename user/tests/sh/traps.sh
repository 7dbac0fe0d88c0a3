### trap_runs
trap 'echo caught' USR1; kill -USR1 $$; echo after $?
### trap_keeps_status
trap 'false' USR1; (exit 3); kill -USR1 $$; echo $?; trap '(exit 9)' USR2; true && kill -USR2 $$; echo $?
### trap_lists
trap 'echo a' INT USR1; trap 'echo "b c"' HUP; trap 'echo e' EXIT; trap '' TERM; trap; trap - INT; trap; trap - EXIT
### trap_numbers
trap 'echo x' 1 2 15; trap; trap 1; trap; trap - 2 15; trap; trap 'echo zero' 0
### trap_bad
trap 'echo x' NOSUCH; echo $?; trap 'echo x' 99; echo $?; trap - NOSUCH; echo $?
### trap_in_subshell
trap 'echo caught' USR1; trap '' USR2; (trap; $SH -c 'kill -USR2 $PPID'; echo alive); trap
### trap_reset_in_subshell
trap 'echo caught' TERM; ($SH -c 'kill -TERM $PPID'; sleep 5; echo no); echo $?; $SH -c 'kill -TERM $$; echo no'; echo $?
### trap_ignored_is_inherited
trap '' USR1; $SH -c 'kill -USR1 $$; echo alive'; ($SH -c 'kill -USR1 $$; echo alive')
### trap_of_ignored
(trap '' USR1; $SH -c 'trap "echo no" USR1; kill -USR1 $$; echo ignored; trap - USR1; kill -USR1 $$; echo still')
### trap_exit_in_trap
trap 'echo leaving; exit' USR1; trap 'echo bye $?' EXIT; (exit 4); kill -USR1 $$; echo no
### trap_exit_number
trap 'exit 7' TERM; kill $$; echo no
### trap_in_loop
n=0; trap 'n=$((n + 1))' USR1; for i in 1 2 3; do kill -USR1 $$; done; echo $n; i=0; while [ $i -lt 3 ]; do i=$((i+1)); kill -USR1 $$; done; echo $n
### trap_in_function
trap 'echo t $1' USR1; f() { kill -USR1 $$; echo f $1; }; f inner; trap 'return 5' USR1; g() { kill -USR1 $$; echo no; }; g; echo $?
### trap_nested
trap 'echo one; kill -USR2 $$; echo end' USR1; trap 'echo two' USR2; kill -USR1 $$; echo done
### trap_changes_itself
exec 2>/dev/null
$SH -c 'trap "trap - USR1; echo once" USR1; kill -USR1 $$; echo on; kill -USR1 $$; echo no'; echo $?
### trap_waits_for_command
trap 'echo trap' USR1; $SH -c 'kill -USR1 $PPID; echo first'; echo second
### trap_after_substitution
trap 'echo trap' USR1; x=$($SH -c "kill -USR1 $$; echo sub"); echo $x
### trap_ends_wait
exec 2>/dev/null
trap 'echo trap' USR1; (sleep 0.1; kill -USR1 $$; exec sleep 10) & wait $!; s=$?; [ $s -gt 128 ] && kill -l $s; kill $!; wait $!; echo $?
### trap_ends_wait_for_all
trap 'echo trap' TERM; sleep 10 & p=$!; (sleep 0.1; kill -TERM $$) & wait; s=$?; kill -l $s; kill -9 $p; wait; echo $?
### trap_child
trap 'echo child' CHLD; /bin/true; echo end
### trap_errexit
set -e; trap 'echo trap; true' USR1; kill -USR1 $$; echo on; trap 'false; echo no' USR2; kill -USR2 $$; echo not here
### trap_empty_and_minus
trap 'echo x' USR1; trap '' USR1; kill -USR1 $$; echo ignored; trap -- - USR1; trap; trap -- 'echo y' USR1; trap
### trap_background_keeps_reset
trap 'echo caught' USR1; exec 2>/dev/null; ($SH -c 'kill -USR1 $PPID'; echo no) & wait $!; kill -l $?
### trap_exit_after_signal
$SH -c 'trap "echo bye" EXIT; kill -TERM $$'; echo $?; $SH -c 'trap "echo bye" EXIT; trap "exit 3" TERM; kill $$'; echo $?
