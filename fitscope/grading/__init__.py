"""Grading a class: a folder of submissions becomes marks, feedback, gradebooks and a page to look through."""
