//! Files that the command writes for people.

use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Whether both name the same file.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}

/// Writes a file as a whole or not at all, and for its owner alone. One that was there is
/// replaced.
pub(crate) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if path.exists() && !path.is_file() {
        return Err(io::Error::other("there is something that is no ordinary file"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut beside = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    let mut out = BufWriter::with_capacity(256 * 1024, beside.as_file_mut());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    beside.persist(path)?;
    Ok(())
}
