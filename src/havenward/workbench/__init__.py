"""The workbench: a local web application, thin over the pipeline and the files of a case."""
