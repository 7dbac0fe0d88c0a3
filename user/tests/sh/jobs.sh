### jobs_lists
exec 2>/dev/null
sleep 5 & p=$!; jobs; sleep 6 & q=$!; jobs; kill $p; wait $p; jobs; kill $q; wait $q; jobs; jobs
### jobs_status
(exit 3) & wait $!; jobs; (exit 0) & wait %1; echo $?; jobs; jobs
### jobs_numbers
exec 2>/dev/null
sleep 5 & a=$!; sleep 5 & b=$!; kill $a; wait $a; sleep 5 & c=$!; jobs; kill $b $c; wait
### jobs_named
sleep 5 & sleep 5 & kill $!; wait %%; kill -l $?; wait %+; kill -l $?; jobs %1; jobs %-; echo $?; jobs -p | wc -l; kill $(jobs -p)
### jobs_none
jobs; echo $?; jobs %1; echo $?; wait %1; echo $?; fg; echo $?; bg; echo $?; kill %1; [ $? != 0 ] && echo bad; fg %2; echo $?
### jobs_uncontrolled
sleep 5 & fg; echo $?; bg %1; echo $?; kill $!; wait $!; kill -l $?
### jobs_of_subshell
sleep 5 & (jobs); jobs; kill $!
### wait_several
(exit 3) & a=$!; (exit 4) & b=$!; wait $a $b; echo $?; wait $b $a; echo $?; wait %1 %2; echo $?; wait 1 $a; echo $?
### wait_again
(exit 3) & wait $!; echo $?; wait $!; echo $?; wait; echo $?; wait %1; echo $?
### monitor_without_terminal
set -m; echo $?; case $- in *m*) echo on;; *) echo off;; esac
### notify
set -b; case $- in *b*) echo b;; esac; set +b; set -o notify; case $- in *b*) echo b;; esac
