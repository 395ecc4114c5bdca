"""tests/harness/__init__.py - what tests/run.py is made of.

What:  machine.py boots and watches, dump.py looks into a machine that hangs,
       tap.py reads and writes TAP, guest.py judges boots that run tests,
       scenario.py judges whole-machine stories, oracle.py compares with Linux.
"""
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'tools'))
