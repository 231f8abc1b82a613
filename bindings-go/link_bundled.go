//go:build dingtalk_extcontact_bundled

package extcontact

// Archives that lie in this module, one for each platform, and the header. layout.sh makes such a module.

// #cgo CFLAGS: -I${SRCDIR}/lib
// #cgo linux,amd64 LDFLAGS: ${SRCDIR}/lib/linux_amd64/libdingtalk_extcontact.a
// #cgo linux,arm64 LDFLAGS: ${SRCDIR}/lib/linux_arm64/libdingtalk_extcontact.a
// #cgo linux LDFLAGS: -lpthread -ldl -lm -lrt -lutil
// #cgo darwin,amd64 LDFLAGS: ${SRCDIR}/lib/darwin_amd64/libdingtalk_extcontact.a
// #cgo darwin,arm64 LDFLAGS: ${SRCDIR}/lib/darwin_arm64/libdingtalk_extcontact.a
// #cgo darwin LDFLAGS: -framework CoreFoundation -framework Security
import "C"
