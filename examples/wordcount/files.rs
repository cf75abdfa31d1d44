//! Finds the files to read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A path that could not be looked at, and why.
pub(crate) type Lost = (PathBuf, io::Error);

/// The given files, and the files below the given folders, in the order of their names.
///
/// What is given is always taken. What is found in a folder is not when it is hidden, named
/// `target`, neither file nor folder, or a symbolic link: so no link can lead in circles.
pub(crate) struct Files {
    /// What is still to be looked at, the next one last.
    ahead: Vec<PathBuf>,
}

impl Files {
    pub(crate) fn of(paths: &[PathBuf]) -> Self {
        Self {
            ahead: paths.iter().rev().cloned().collect(),
        }
    }
}

impl Iterator for Files {
    type Item = Result<PathBuf, Lost>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(path) = self.ahead.pop() {
            // Of what is found in folders no link gets here, so this follows only given ones.
            match fs::metadata(&path) {
                Ok(found) if found.is_dir() => match visible(&path) {
                    Ok(inside) => self.ahead.extend(inside.into_iter().rev()),
                    Err(error) => return Some(Err((path, error))),
                },
                Ok(_) => return Some(Ok(path)),
                Err(error) => return Some(Err((path, error))),
            }
        }
        None
    }
}

/// The visible files and folders in a folder, by name.
fn visible(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut inside = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name();
        let hidden = name.as_encoded_bytes().starts_with(b".");
        let built = kind.is_dir() && name == "target";
        if (kind.is_dir() || kind.is_file()) && !hidden && !built {
            inside.push(entry.path());
        }
    }
    inside.sort();
    Ok(inside)
}
