// Sets theme and language before the first paint; everything else is the app's.
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
  root.lang = stored("hw_language") || navigator.language.slice(0, 2);
})();
