// Starts the app whose files are named in the data attributes of this script.
const script = document.querySelector("script[data-js]");

const failed = () => {
  const note = document.createElement("div");
  note.className = "start-failed";
  note.setAttribute("role", "alert");
  note.textContent = "The page could not be started. Please reload it, or update your browser.";
  document.body.append(note);
};

try {
  const glue = await import(script.dataset.js);
  await glue.default({ module_or_path: script.dataset.wasm });
} catch (error) {
  console.error(error);
  failed();
}
