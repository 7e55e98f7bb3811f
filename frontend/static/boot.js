// Sets theme and language before the first paint, and says whether flags can be drawn; everything else is the app's.
(() => {
  const root = document.documentElement;
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden; then the system's choice holds
    }
  };
  const theme = stored("hw_theme");
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  // Fonts that know no flags draw two letters, or two boxes.
  const ink = document.createElement("canvas").getContext("2d");
  const wide = (text) => ink.measureText(text).width;
  root.dataset.flags = ink && wide("\u{1F1F5}\u{1F1F1}") < 1.8 * wide("\u{1F1F5}") ? "yes" : "no";
  root.lang = stored("hw_language") || navigator.language.slice(0, 2);
})();
