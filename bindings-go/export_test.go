package extcontact

// OccupySlots takes what a call would need to wait in a thread, until release is called.
func OccupySlots() (release func()) {
	for range cap(slots) {
		slots <- struct{}{}
	}
	return func() {
		for range cap(slots) {
			<-slots
		}
	}
}
