"""The results that the report's own tests make, for the browser too."""

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location("report_results", Path(__file__).parents[1] / "report" / "conftest.py")
_results = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_results)
with_studies, regression = _results.with_studies, _results.regression
