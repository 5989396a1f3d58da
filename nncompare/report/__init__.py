"""A comparison as files: a page that needs no network, a table of predictions, pictures; and whether it was fair."""

from nncompare.report.curves import curves_csv
from nncompare.report.page import report_page
from nncompare.report.pictures import CURVES, PICTURES, Picture
from nncompare.report.predictions import predictions_csv

__all__ = ["CURVES", "PICTURES", "Picture", "curves_csv", "predictions_csv", "report_page"]
