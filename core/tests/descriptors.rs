//! The files of a batch in a program that closes descriptors: the standard ones before, or all
//! there are meanwhile.
//!
//! Not under the test harness, which prints and has threads that open files.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    linux::standard_ones_are_never_taken();
    linux::what_the_program_put_in_place_stays_as_it_is();
    linux::a_child_leaves_the_lock_to_its_parent();
    linux::without_a_number_left_the_limit_is_told();
    println!("descriptors: ok");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{self, File, TryLockError};
    use std::os::fd::{AsRawFd, RawFd};
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU32, Ordering};

    use dingtalk_extcontact::{Batch, BatchOptions, Call, Client, ErrorKind, Item, Outcome};
    use dingtalk_extcontact_sandbox::Sandbox;
    use serde_json::Value;

    /// A client, and a folder for the files of its batches.
    struct Place {
        folder: PathBuf,
        client: Client,
    }

    impl Place {
        fn new(endpoint: &str, token: &str) -> Place {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("dtx-descriptors-{}-{count}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            fs::create_dir_all(&folder).unwrap();
            let client = Client::builder().access_token(token).endpoint(endpoint).build().unwrap();
            Place { folder, client }
        }

        fn at(sandbox: &Sandbox) -> Place {
            Place::new(&sandbox.url(), &sandbox.token())
        }

        fn files(&self) -> [PathBuf; 2] {
            ["journal", "backup"].map(|name| self.folder.join(name))
        }

        fn batch(&self) -> Batch {
            let [journal, backup] = self.files();
            let options = BatchOptions::new().concurrency(1).journal(journal).backup(backup);
            self.client.batch(options).unwrap()
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.folder).unwrap();
        }
    }

    fn sandbox() -> Sandbox {
        Sandbox::builder().made_up(3).start().unwrap()
    }

    fn next(batch: &Batch) -> Option<Item> {
        batch.next(&Call::new()).unwrap()
    }

    /// The number under which a file is open.
    fn number(path: &Path) -> RawFd {
        let mut open = fs::read_dir("/proc/self/fd").unwrap().map(|entry| entry.unwrap().path());
        let link = open.find(|link| fs::read_link(link).is_ok_and(|target| target == path));
        link.unwrap().file_name().unwrap().to_str().unwrap().parse().unwrap()
    }

    fn print_to(number: RawFd, text: &str) -> bool {
        // SAFETY: the pointer and the length are those of one text.
        unsafe { libc::write(number, text.as_ptr().cast(), text.len()) >= 0 }
    }

    pub fn standard_ones_are_never_taken() {
        // Without a server, whose thread would take the numbers.
        let place = Place::new("http://127.0.0.1:1", "t");
        let kept = [0, 1, 2].map(|number| {
            // SAFETY: nothing else in this process uses the number now, nor closes it.
            let standard = unsafe { std::os::fd::BorrowedFd::borrow_raw(number) };
            let kept = standard.try_clone_to_owned().unwrap();
            // SAFETY: it is put back below, and until then nobody needs it.
            assert_eq!(unsafe { libc::close(number) }, 0);
            kept
        });
        let batch = place.batch();
        let printed = [0, 1, 2].map(|number| print_to(number, "a message"));
        let numbers = place.files().map(|file| number(&file));
        for (number, kept) in kept.iter().enumerate() {
            // SAFETY: the number is nobody's, or a file's that fails the test below.
            unsafe { libc::dup2(kept.as_raw_fd(), number as RawFd) };
        }
        // Only from here on can a failure be seen.
        assert_eq!(printed, [false; 3]);
        assert!(numbers.iter().all(|number| *number > 2), "{numbers:?}");
        drop(batch);
        let [journal, backup] = place.files().map(|file| fs::read_to_string(file).unwrap());
        for (file, name) in [(journal, "journal"), (backup, "backup")] {
            let header: Value = serde_json::from_str(file.lines().next().unwrap()).unwrap();
            assert_eq!(header[name], "dingtalk-extcontact");
        }
    }

    pub fn what_the_program_put_in_place_stays_as_it_is() {
        for push in [false, true] {
            let sandbox = sandbox();
            let (place, ids) = (Place::at(&sandbox), sandbox.contacts());
            let path = place.folder.join("the program's");
            // With nothing pushed no thread of the pool has a part in it when it is dropped.
            let batch = place.batch();
            let mine = File::create(&path).unwrap();
            mine.lock().unwrap();
            let numbers = place.files().map(|file| number(&file));
            for number in numbers {
                // SAFETY: the number is closed and taken by another file: what is tested.
                assert_eq!(unsafe { libc::dup2(mine.as_raw_fd(), number) }, number);
            }
            if push {
                batch.push(&ids[0]);
                let Outcome::Error(error) = next(&batch).unwrap().outcome else { panic!() };
                assert_eq!(error.kind(), ErrorKind::Journal);
                assert!(error.message().contains("closed its descriptor"), "{error}");
            }
            batch.finish();
            assert_eq!(next(&batch), None);
            drop(batch);
            assert_eq!(mine.metadata().unwrap().len(), 0, "nothing was written to it");
            let lock = File::open(&path).unwrap().try_lock();
            assert!(matches!(lock, Err(TryLockError::WouldBlock)), "it is still locked");
            for number in numbers {
                assert!(print_to(number, "mine"), "{number} is still open");
                // SAFETY: it is what was duplicated above, and nobody else closes it.
                unsafe { libc::close(number) };
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), "minemine");
            assert_eq!(sandbox.contacts(), ids, "without a record nobody is deleted");
        }
    }

    pub fn a_child_leaves_the_lock_to_its_parent() {
        let sandbox = sandbox();
        let place = Place::at(&sandbox);
        let batch = place.batch();
        // SAFETY: the child drops the batch, which is what is tested, and leaves by `_exit`.
        let child = unsafe { libc::fork() };
        if child == 0 {
            drop(batch);
            // SAFETY: ends the child at once, without running what belongs to the parent.
            unsafe { libc::_exit(0) };
        }
        let mut status = 0;
        // SAFETY: waits for the child that was just made; the pointer is to a local.
        assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
        assert_eq!(status, 0);
        for file in place.files() {
            let lock = File::open(file).unwrap().try_lock();
            assert!(matches!(lock, Err(TryLockError::WouldBlock)), "the parent's lock is held");
        }
        batch.push(&sandbox.contacts()[0]);
        assert!(matches!(next(&batch).unwrap().outcome, Outcome::Deletion(_)));
    }

    /// A batch that runs into the limit of open files does not report the network.
    pub fn without_a_number_left_the_limit_is_told() {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};

        let sandbox = Sandbox::builder().made_up(1).start().unwrap();
        let client = Place::at(&sandbox).client.clone();
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        // The standard ones. Not the lowest free number: threads of earlier sandboxes may close some
        // below it yet.
        setrlimit(Resource::RLIMIT_NOFILE, 3, hard).unwrap();
        let error = client.delete(&sandbox.contacts()[0]).unwrap_err();
        setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.message().contains("limit of open files"), "{error}");
        assert!(error.advice().contains("ulimit -n"), "{}", error.advice());
        assert_eq!((error.attempts(), error.maybe_deleted()), (0, false));
        client.delete(&sandbox.contacts()[0]).unwrap();
    }
}
