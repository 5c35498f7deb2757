// The buttons of a table's rows: which one was pressed is told to the page.
export default ({ parentElement, setTriggerValue }) => {
  const place = parentElement.closest('.st-key-work');
  place.onclick = (event) => {
    const button = event.target.closest('button.act');
    if (button) setTriggerValue('pressed', button.dataset.act);
  };
};
