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

  // Streamlit's own words, by their English, as the page's language has them: names of
  // controls wherever they stand, texts where nobody else writes any. "…" is any part.
  const OWN = `[data-testid^="stMainMenu"] *, [data-testid="stFileUploader"] *,
    [data-testid="InputInstructions"] *, [data-testid="stStatusWidget"] *,
    [data-testid="stSelectboxVirtualDropdown"] span, [data-testid="stSkipToContent"]`;
  const NAMES = ['aria-label', 'placeholder'];
  const ANY = '…';
  const said = (english) => {
    const words = window.scoringWords ?? {};
    if (Object.hasOwn(words, english)) return words[english];
    for (const [known, ours] of Object.entries(words)) {
      if (!known.includes(ANY)) continue;
      const pattern = known.replace(/[.+]/g, '\\$&').replaceAll(ANY, '(.+)');
      const [, ...parts] = english.match(`^${pattern}$`) ?? [];
      if (parts.length) return parts.reduce((text, part) => text.replace(ANY, part), ours);
    }
    return english;
  };
  const translate = () => {
    const named = NAMES.flatMap((name) =>
      Array.from(document.querySelectorAll(`[${name}]`), (one) => one.getAttributeNode(name)));
    for (const name of named) {
      // What was written for Markdown is read aloud as it was meant.
      const meant = name.nodeValue.replace(/\\([!-/:-@[-`{-~])|\u2060/g, '$1');
      if (meant !== name.nodeValue) name.nodeValue = meant;
    }
    const written = Array.from(document.querySelectorAll(OWN), (one) => [...one.childNodes])
      .flat().filter((one) => one.nodeType === Node.TEXT_NODE);
    for (const node of [...named, ...written]) {
      const english = node.nodeValue === node.ours ? node.english : node.nodeValue;
      const ours = said(english);
      if (ours !== node.nodeValue) Object.assign(node, { english, ours, nodeValue: ours });
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

  const bare = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

  // The page may still offer what fits an earlier text: wait for one that fits this.
  const takeFirst = (search, typed, until) => {
    const first = document.querySelector(OFFERED);
    const shown = first ? first.textContent.replace(/\u2060/g, '').trim() : '';
    // What the lender calls them stands behind the key.
    const [key, ...called] = shown.split(' · ');
    // A key is a text, or a number, which people type with signs between its digits.
    const fits = (part) => part && (key.startsWith(part) || key.endsWith(part));
    const number = /^\d+$/.test(key) && typed.replace(/\D/g, '');
    if (search.value !== typed || Date.now() > until) return;
    const named = bare(called.join(' · ')).includes(bare(typed.trim()));
    if (fits(typed.trim()) || fits(number) || (called.length && named)) first.click();
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

  // A way to another page of ours: as Back and Forward go, within the session.
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a.way');
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || elsewhere || event.button) return;
    event.preventDefault();
    history.pushState({}, '', link.href);
    dispatchEvent(new PopStateEvent('popstate'));
  });

  // A table's button hands over its CSV.
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button.csv');
    if (!button) return;
    // An address of data: may not be as long as a file.
    const bytes = Uint8Array.from(atob(button.dataset.file), (one) => one.charCodeAt(0));
    const href = URL.createObjectURL(new Blob([bytes], { type: 'text/csv' }));
    const link = { download: button.dataset.name, href };
    Object.assign(document.createElement('a'), link).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  });

  document.addEventListener('click', (event) => {
    if (event.target.closest('button.print')) window.print();
  });

  // Where a part of the page cannot be loaded, as after an update of the dashboard, the
  // page offers to load anew.
  const told = (english) => window.scoringWords?.[english] ?? english;
  const offerToReload = () => {
    if (document.querySelector('.not-loaded')) return;
    const notice = document.createElement('p');
    const button = document.createElement('button');
    Object.assign(notice, { className: 'notice error not-loaded', role: 'alert' });
    notice.textContent = `${told('A part of this page could not be loaded.')} `;
    button.textContent = told('Reload');
    button.addEventListener('click', () => window.location.reload());
    notice.append(button);
    (document.querySelector('.stApp') || document.body).append(notice);
  };
  window.addEventListener('vite:preloadError', offerToReload);
  // What failed before this ran is told by Streamlit, in the browser's words.
  const FAILED = /dynamically imported module|module script failed/;
  setTimeout(() => FAILED.test(document.body.innerText) && offerToReload(), 1000);
}
