/*
 * The calls of lib/abi/syscalls.def that no file here defines yet: each is
 * weak, so that the function of its name takes its place.
 */
    .text
    .weak sys_pread64
    .weak sys_pwrite64
    .weak sys_fsync
    .weak sys_fdatasync
    .weak sys_truncate
    .weak sys_ftruncate
    .weak sys_chmod
    .weak sys_fchmod
    .weak sys_chown
    .weak sys_fchown
    .weak sys_lchown
    .weak sys_mknod
    .weak sys_statfs
    .weak sys_fstatfs
    .weak sys_sync
    .weak sys_mknodat
    .weak sys_fchownat
    .weak sys_fchmodat
    .weak sys_faccessat
    .weak sys_utimensat
    .weak sys_fallocate
    .weak sys_preadv
    .weak sys_pwritev
    .weak sys_syncfs
    .weak sys_statx
    .weak sys_faccessat2
sys_pread64:
sys_pwrite64:
sys_fsync:
sys_fdatasync:
sys_truncate:
sys_ftruncate:
sys_chmod:
sys_fchmod:
sys_chown:
sys_fchown:
sys_lchown:
sys_mknod:
sys_statfs:
sys_fstatfs:
sys_sync:
sys_mknodat:
sys_fchownat:
sys_fchmodat:
sys_faccessat:
sys_utimensat:
sys_fallocate:
sys_preadv:
sys_pwritev:
sys_syncfs:
sys_statx:
sys_faccessat2:
    jmp sys_enosys

    .section .note.GNU-stack, "", @progbits
