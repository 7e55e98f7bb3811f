//! `texts FOLDER` writes the languages that are files: `pl.json`, and `staff/pl.json` for the staff portal.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> anyhow::Result<()> {
    use anyhow::Context;

    let folder = std::env::args().nth(1).context("usage: texts FOLDER")?;
    let folder = std::path::Path::new(&folder);
    std::fs::create_dir_all(folder.join("staff"))?;
    for (language, texts) in texts::FILES {
        for (path, list) in [("", texts.list()), ("staff", texts.list_of_staff())] {
            let path = folder.join(path).join(format!("{language}.json"));
            std::fs::write(&path, serde_json::to_string(&list)?)
                .with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

#[cfg(target_arch = "wasm32")]
const fn main() {}
