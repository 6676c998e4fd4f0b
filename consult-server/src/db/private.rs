//! Files and folders of this installation that nobody else on the machine may read: 600 and 700, whatever the umask says. Knows
//! nothing of what is in them.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;
/// What others of the group and of the machine have.
const OTHERS: u32 = 0o077;

/// How a new file is opened.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(FILE);
    options
}

/// Makes a folder, and those above it that are missing. One that stands is left as it is: it may hold what is not ours.
pub fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER).create(path)
}

/// As `folder`, for one that holds ours alone: one that stands is shut to others too.
pub fn own_folder(path: &Path) -> io::Result<()> {
    folder(path)?;
    shut(path, FOLDER);
    Ok(())
}

/// Makes an empty file, for somebody who opens it by its name alone, or shuts the one that stands.
pub fn file(path: &Path) -> io::Result<()> {
    options().create(true).append(true).open(path)?;
    shut(path, FILE);
    Ok(())
}

/// Shuts a file to others, if it stands.
pub fn shut_file(path: &Path) {
    shut(path, FILE);
}

/// Takes away what others may. Where that cannot be done (it is somebody else's) it is told, and the work goes on.
fn shut(path: &Path, mode: u32) {
    let Ok(standing) = std::fs::metadata(path) else { return };
    if standing.permissions().mode() & OTHERS == 0 {
        return;
    }
    if let Err(cause) = std::fs::set_permissions(path, Permissions::from_mode(mode)) {
        tracing::warn!(path = %path.display(), %cause, "others on this machine may read this");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_ours_alone_and_what_stood_open_is_shut() {
        let place = tempfile::tempdir().unwrap();
        let (outer, inner) = (place.path().join("data"), place.path().join("data/audit"));
        own_folder(&inner).unwrap();
        assert_eq!((mode(&outer), mode(&inner)), (FOLDER, FOLDER));
        let (made, stood) = (outer.join("made"), outer.join("stood"));
        std::fs::write(&stood, "rows").unwrap();
        std::fs::set_permissions(&stood, Permissions::from_mode(0o644)).unwrap();
        std::fs::set_permissions(&inner, Permissions::from_mode(0o755)).unwrap();
        file(&made).unwrap();
        file(&stood).unwrap();
        own_folder(&inner).unwrap();
        assert_eq!((mode(&made), mode(&stood), mode(&inner)), (FILE, FILE, FOLDER));
        assert_eq!(std::fs::read_to_string(&stood).unwrap(), "rows");
    }
}
