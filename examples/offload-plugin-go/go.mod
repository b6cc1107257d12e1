module drover.dev/examples/offload-plugin-go

go 1.24
