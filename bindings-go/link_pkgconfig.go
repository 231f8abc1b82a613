//go:build !dingtalk_extcontact_bundled

package extcontact

// The library as `make install` lays it out. PKG_CONFIG_PATH says where, if not where pkg-config looks.

// #cgo pkg-config: dingtalk_extcontact
import "C"
