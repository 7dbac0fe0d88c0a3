18:19:54 round 0 sum 17500 bad 0
18:19:54 round 1 sum 35000 bad 0
18:19:54 round 2 sum 52500 bad 0
18:19:54 aligned
18:19:54 huge 1
18:19:54 neg 1
18:19:54 usable 1
18:19:54 tools/run: time-out: the command has not ended, or init's wait has not returned
18:19:54 --- the last of the kernel log:
