// Runs before the first paint, so that neither the colours nor the language of the page flash.
;(() => {
  try {
    const root = document.documentElement
    const theme = localStorage.getItem("linkseal.theme")
    if (theme === "light" || theme === "dark") root.dataset.theme = theme
    const chosen = localStorage.getItem("linkseal.language")
    const wanted =
      chosen === "en" || chosen === "zh-CN"
        ? chosen
        : (navigator.languages.find((l) => /^(en|zh)/i.test(l)) ?? "en")
    root.lang = /^zh/i.test(wanted) ? "zh-CN" : "en"
  } catch {
    // Storage is off: the defaults of the style sheet hold.
  }
})()
