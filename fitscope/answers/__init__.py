"""What a student concluded: the form that asks for it, and the answers read back from whatever came of it."""

from fitscope.answers.form import Asked, form, questions
from fitscope.answers.reading import LONGEST, AnswerFile, read, read_file

__all__ = ["LONGEST", "AnswerFile", "Asked", "form", "questions", "read", "read_file"]
