//go:build !cgo

package extcontact

// Without cgo this file is the whole package, so that the compiler's one complaint says the reason.
const _ int = "it needs cgo: build it with CGO_ENABLED=1 and a C compiler"
