module drover.dev/lab/importer

go 1.25.0
