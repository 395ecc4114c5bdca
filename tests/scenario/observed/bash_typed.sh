#!/bin/bash
# tests/scenario/observed/bash_typed.sh - job control, as if typed
# shellcheck shell=bash
set -m
tty | sed 's/[0-9]*$/N/'
sleep 30 &
jobs
kill -STOP %1
until jobs | grep -q Stopped; do sleep 0.05; done
jobs
bg %1
jobs
kill %1
wait %1
echo "status $?"
# In the foreground, stopped by the terminal's own process group.
(sleep 0.3; kill -TSTP "$(pgrep -x sleep -n 2>/dev/null || pidof sleep)") 2>/dev/null &
cat /proc/$$/stat | awk '{ print ($5 == $6), ($5 == $1), ($8 == $5 || $8 > 0) }'
stty -a | grep -o -w -- '-*isig' | head -1
stty size
