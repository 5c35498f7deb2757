// "/" goes to the search; Enter there takes the first client that is offered.
if (!window.scoringKeyboard) {
  window.scoringKeyboard = true;
  const SEARCH = '.st-key-search input';
  const OFFERED = '[class*="st-key-suggestion"] button';
  const PATIENCE = 3000, PAUSE = 50;

  // The page may still offer what fits an earlier text: wait for one that fits this.
  const takeFirst = (search, typed, until) => {
    const digits = typed.replace(/\D/g, '');
    const first = document.querySelector(OFFERED);
    const number = first ? first.textContent.trim() : '';
    if (search.value !== typed || Date.now() > until) return;
    if (number.startsWith(digits) || number.endsWith(digits)) first.click();
    else setTimeout(() => takeFirst(search, typed, until), PAUSE);
  };

  document.addEventListener('keydown', (event) => {
    const search = document.querySelector(SEARCH);
    if (!search || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest('input, textarea, [contenteditable=true]');
    if (event.key === '/' && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'Enter' && event.target === search && /\d/.test(search.value)) {
      takeFirst(search, search.value, Date.now() + PATIENCE);
    }
  });
}
