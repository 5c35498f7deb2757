// A grid of offers: one stop of the tab key, arrows within, a click or Enter chooses.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export default ({ parentElement, data, setTriggerValue }) => {
  const place = parentElement.closest('.st-key-offer_grid');
  const offers = [...place.querySelectorAll('button.offer')];
  const stop = (offer) => {
    for (const one of offers) one.tabIndex = one === offer ? 0 : -1;
  };
  for (const one of offers) {
    one.setAttribute('aria-pressed', String(Number(one.dataset.cell) === data.chosen));
  }
  const pressed = offers.find((one) => one.ariaPressed === 'true');
  stop(offers.find((one) => one === document.activeElement) ?? pressed ?? offers[0]);

  // The next offer that way; a cell without one is passed over.
  const beside = (offer, [down, right]) => {
    const rows = [...offer.closest('tbody').rows];
    let [row, column] = [rows.indexOf(offer.closest('tr')), offer.closest('td').cellIndex];
    for (;;) {
      [row, column] = [row + down, column + right];
      const cell = rows[row]?.cells[column];
      if (!cell) return null;
      const found = cell.querySelector('button.offer');
      if (found) return found;
    }
  };

  place.onclick = (event) => {
    const offer = event.target.closest('button.offer');
    if (!offer) return;
    stop(offer);
    setTriggerValue('chosen', Number(offer.dataset.cell));
  };
  place.onkeydown = (event) => {
    const offer = event.target.closest('button.offer');
    const next = offer && STEPS[event.key] && beside(offer, STEPS[event.key]);
    if (!next) return;
    event.preventDefault();
    stop(next);
    next.focus();
  };
};
