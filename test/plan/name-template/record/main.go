// Records anew what Go's own templates, with sprig's functions, make of each template of recorded.json.
//
//	go run . < ../recorded.json > new.json && mv new.json ../recorded.json
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

// The functions of Forklift's pkg/templateutil.
var names = []string{
	"lower", "upper", "contains", "replace", "trim", "trimAll", "trimSuffix", "trimPrefix", "title", "untitle", "repeat",
	"substr", "nospace", "trunc", "initials", "hasPrefix", "hasSuffix", "mustRegexReplaceAll",
	"add", "add1", "sub", "div", "mod", "mul", "max", "min", "floor", "ceil", "round",
}

type variables struct {
	VmName, Empty        string
	DiskIndex, RootIndex int
	Shared               bool
}

type recorded struct {
	Template string `json:"template"`
	// Null where Go refuses it.
	Text *string `json:"text"`
}

func main() {
	var known []recorded
	if err := json.NewDecoder(os.Stdin).Decode(&known); err != nil {
		log.Fatal(err)
	}
	functions := template.FuncMap{}
	for _, name := range names {
		functions[name] = sprig.FuncMap()[name]
	}
	given := variables{VmName: "Web Server_01", DiskIndex: 2, Shared: true}
	all := []recorded{}
	for _, one := range known {
		all = append(all, recorded{one.Template, execute(one.Template, functions, given)})
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(all); err != nil {
		log.Fatal(err)
	}
}

func execute(text string, functions template.FuncMap, given variables) *string {
	parsed, err := template.New("name").Funcs(functions).Parse(text)
	if err != nil {
		return nil
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, given); err != nil {
		return nil
	}
	made := out.String()
	return &made
}
