#!/bin/bash
# status.sh JOB: what Snakemake 7 asks of a job. Slurm tells it with accounting and without; a job that is being requeued
# runs on.
state=$(scontrol --oneliner show job "$1" 2>/dev/null | grep -o 'JobState=[A-Z_]*' | cut -d= -f2)
[ -n "$state" ] || state=$(sacct --noheader --parsable2 --allocations --format=State --jobs "$1" 2>/dev/null | head -n 1 | cut -d' ' -f1)
case $state in
    COMPLETED) echo success ;;
    BOOT_FAIL | CANCELLED | DEADLINE | FAILED | OUT_OF_MEMORY | TIMEOUT) echo failed ;;
    *) echo running ;;
esac
