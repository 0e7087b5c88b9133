use std::path::{Component, Path, PathBuf};

use bytes::Bytes;

/// What the browser loads.
pub(crate) struct Files {
    /// Where the page is.
    pub(crate) page: PathBuf,
    /// Where the npm package is, which the page imports from `/dfns-wasm/`.
    pub(crate) package: PathBuf,
}

impl Files {
    /// The type and the content of what stands at a path, if there is anything to be shown.
    pub(crate) fn read(&self, path: &str) -> Option<(&'static str, Bytes)> {
        let (folder, name) = match path.strip_prefix("/dfns-wasm/") {
            Some(name) => (&self.package, name),
            None if path == "/" => (&self.page, "index.html"),
            None => (&self.page, path.strip_prefix('/')?),
        };
        let name = Path::new(name);
        let stays = name
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let kind = match name.extension()?.to_str()? {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript",
            "css" => "text/css",
            _ => return None,
        };
        let content = stays.then(|| std::fs::read(folder.join(name)))?;
        Some((kind, content.ok()?.into()))
    }
}
