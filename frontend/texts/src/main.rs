//! `texts FOLDER` writes the languages that are files: `pl.json`, `uk.json`.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> anyhow::Result<()> {
    use anyhow::Context;

    let folder = std::env::args().nth(1).context("usage: texts FOLDER")?;
    std::fs::create_dir_all(&folder)?;
    for (language, texts) in texts::FILES {
        let path = std::path::Path::new(&folder).join(format!("{language}.json"));
        std::fs::write(&path, serde_json::to_string(&texts.list())?)
            .with_context(|| path.display().to_string())?;
    }
    Ok(())
}

#[cfg(target_arch = "wasm32")]
const fn main() {}
