// A table's button hands over its CSV; where a part of the page cannot be loaded, as
// after an update of the dashboard, the page offers to load anew.
if (!window.scoringBrowser) {
  window.scoringBrowser = true;
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button.csv');
    if (!button) return;
    const href = `data:text/csv;base64,${button.dataset.file}`;
    const link = { download: button.dataset.name, href };
    Object.assign(document.createElement('a'), link).click();
  });

  const offerToReload = () => {
    if (document.querySelector('.not-loaded')) return;
    const notice = document.createElement('p');
    const button = document.createElement('button');
    Object.assign(notice, { className: 'notice error not-loaded', role: 'alert' });
    notice.textContent = `${window.scoringWords.notLoaded} `;
    button.textContent = window.scoringWords.reload;
    button.addEventListener('click', () => window.location.reload());
    notice.append(button);
    (document.querySelector('.stApp') || document.body).append(notice);
  };
  window.addEventListener('vite:preloadError', offerToReload);
  // What failed before this ran is told by Streamlit, in the browser's words.
  const FAILED = /dynamically imported module|module script failed/;
  setTimeout(() => FAILED.test(document.body.innerText) && offerToReload(), 1000);
}
