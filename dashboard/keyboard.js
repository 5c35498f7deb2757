// "/" goes to the search; Enter there takes the first client that is offered.
if (!window.scoringKeyboard) {
  window.scoringKeyboard = true;
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
