"""Grading a class: a folder of submissions becomes marks, feedback, gradebooks and a page to look through.

It never runs a student's code, unpickles a student's file, or trusts a number that it can compute itself.
"""
