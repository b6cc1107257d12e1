package main

// A recipe says what an image holds and where it goes.
type recipe struct {
	Layers []layerRecipe `json:"layers"`
	Config configRecipe  `json:"config"`
	// As linux/arm64; several make an index of images that differ in nothing else.
	Platforms []string    `json:"platforms"`
	Target    destination `json:"target"`
}

// The lowest first.
type layerRecipe struct {
	Entries []entry `json:"entries"`
	// File that keeps the finished layer for the next time; empty for none.
	Cache string `json:"cache"`
}

// An entry is one of: a copy of a file or a folder of this machine, a file of this content, a symbolic link, a folder.
type entry struct {
	Path    string  `json:"path"`
	Source  string  `json:"source"`
	Content *string `json:"content"`
	Link    string  `json:"link"`
	// Permissions; 0 means the source's own, else 0644 for a file and 0755 for a folder.
	Mode int64 `json:"mode"`
}

type configRecipe struct {
	Entrypoint []string          `json:"entrypoint"`
	Cmd        []string          `json:"cmd"`
	Env        []string          `json:"env"`
	User       string            `json:"user"`
	WorkingDir string            `json:"workingDir"`
	Labels     map[string]string `json:"labels"`
}

// A destination is a registry, a folder in the OCI layout, or such a folder as a tar archive.
type destination struct {
	// host:port/repository:tag
	Reference string `json:"reference"`
	Layout    string `json:"layout"`
	Archive   string `json:"archive"`
	// PEM file of the authority that signed the registry's certificate; empty for the machine's.
	CA       string `json:"ca"`
	Username string `json:"username"`
	Password string `json:"password"`
}

type pushed struct {
	// Of the manifest, or of the index where there are several platforms.
	Digest string `json:"digest"`
}
