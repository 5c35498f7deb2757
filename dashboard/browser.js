// A table's button hands over its CSV; where a part of the page cannot be loaded, as
// after an update of the dashboard, the page offers to load anew.
if (!window.scoringBrowser) {
  window.scoringBrowser = true;
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

  const offerToReload = () => {
    if (document.querySelector('.not-loaded')) return;
    const notice = document.createElement('p');
    const button = document.createElement('button');
    Object.assign(notice, { className: 'notice error not-loaded', role: 'alert' });
    notice.textContent = `${window.scoringTold.notLoaded} `;
    button.textContent = window.scoringTold.reload;
    button.addEventListener('click', () => window.location.reload());
    notice.append(button);
    (document.querySelector('.stApp') || document.body).append(notice);
  };
  window.addEventListener('vite:preloadError', offerToReload);
  // What failed before this ran is told by Streamlit, in the browser's words.
  const FAILED = /dynamically imported module|module script failed/;
  setTimeout(() => FAILED.test(document.body.innerText) && offerToReload(), 1000);
}
