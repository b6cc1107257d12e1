package main

import (
	"errors"
	"fmt"
	"net/http"
)

// openImage asks a web server for a raw image.
func openImage(s settings) (*source, error) {
	response, err := http.Get(s.endpoint)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, fmt.Errorf("expected status code 200, got %d. Status: %s", response.StatusCode, response.Status)
	}
	if response.ContentLength < 0 {
		response.Body.Close()
		return nil, errors.New("the server did not say how large the image is")
	}
	return &source{size: response.ContentLength, content: response.Body}, nil
}
