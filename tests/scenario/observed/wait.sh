#!/bin/sh
# tests/scenario/observed/wait.sh - waits until the last child is its program
# shellcheck shell=sh
until [ "$(cat "/proc/$!/comm" 2>/dev/null)" != dash ]; do :; done
until grep -q '^State:.S' "/proc/$!/status"; do :; done
