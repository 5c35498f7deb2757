// What Streamlit leaves to do in the browser, once for all pages.
if (!window.scoringPage) {
  window.scoringPage = true;

  // The links of the sidebar are a landmark; one of them is this page's.
  const land = () => {
    const pages = document.querySelector('.st-key-pages');
    pages?.setAttribute('role', 'navigation');
    pages?.setAttribute('aria-labelledby', 'product');
    // The first page's link has no path, on whatever page it stands.
    const last = (path) => path.split('?')[0].split('/').pop();
    for (const link of pages?.querySelectorAll('a') ?? []) {
      const here = last(link.getAttribute('href')) === last(location.pathname);
      if (here) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
  };

  // Something that has a name, and takes files, is no mere presentation.
  const name = () => {
    const dropzone = document.querySelector('[data-testid="stFileUploaderDropzone"]');
    dropzone?.setAttribute('role', 'group');
  };

  // Streamlit's own words, by their English, as the page's language has them.
  const translate = () => {
    const words = window.scoringWords ?? {};
    for (const element of document.querySelectorAll('[aria-label]')) {
      const word = element.dataset.word ?? element.ariaLabel;
      if (!Object.hasOwn(words, word) || element.ariaLabel === words[word]) continue;
      element.dataset.word = word;
      element.ariaLabel = words[word];
    }
    for (const element of document.querySelectorAll('[data-testid^="stMainMenu"] *')) {
      const text = element.firstChild;
      const said = text?.nodeType === Node.TEXT_NODE && words[text.data];
      if (said && said !== text.data) text.data = said;
    }
  };

  let asked = 0;
  const changed = () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => { land(); name(); translate(); });
  };
  new MutationObserver(changed).observe(document.body, { childList: true, subtree: true });
  changed();

  // On paper a chart has another width: its drawing must know the one that it has now.
  addEventListener('beforeprint', () => {
    for (const svg of document.querySelectorAll('.js-plotly-plot .main-svg')) {
      const { width, height } = svg.attributes;
      svg.setAttribute('viewBox', `0 0 ${width.value} ${height.value}`);
      svg.parentElement.style.aspectRatio = `${width.value} / ${height.value}`;
    }
  });

  // "/" goes to the search; Enter there takes the first client that is offered.
  const SEARCH = '.st-key-search input';
  const OFFERED = '[class*="st-key-suggestion"] button';
  const PATIENCE = 3000, PAUSE = 50;

  // The page may still offer what fits an earlier text: wait for one that fits this.
  const takeFirst = (search, typed, until) => {
    const first = document.querySelector(OFFERED);
    const key = first ? first.textContent.replace(/\u2060/g, '').trim() : '';
    // A key is a text, or a number, which people type with signs between its digits.
    const fits = (part) => part && (key.startsWith(part) || key.endsWith(part));
    const number = /^\d+$/.test(key) && typed.replace(/\D/g, '');
    if (search.value !== typed || Date.now() > until) return;
    if (fits(typed.trim()) || fits(number)) first.click();
    else setTimeout(() => takeFirst(search, typed, until), PAUSE);
  };

  document.addEventListener('keydown', (event) => {
    const search = document.querySelector(SEARCH);
    if (!search || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest('input, textarea, [contenteditable=true]');
    if (event.key === '/' && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'Enter' && event.target === search && search.value.trim()) {
      takeFirst(search, search.value, Date.now() + PATIENCE);
    }
  });
}
