module drover.dev/lab/spawner

go 1.25.0
