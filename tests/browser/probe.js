// Added to a copy of a page: measures what a reader sees, and leaves it in the page as JSON.
const luminance = (color) => {
  const channels = color.match(/[\d.]+/g).slice(0, 3).map((value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2];
};
const contrast = (a, b) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
const style = (element) => getComputedStyle(element);
const paper = style(document.body).backgroundColor;
const problems = [];
const expect = (holds, text) => holds || problems.push(text);
const figures = [...document.querySelectorAll("figure")].map((figure) => {
  const title = figure.querySelector("h2").textContent;
  const svg = figure.querySelector("svg[role=img]");
  const box = svg.getBoundingClientRect();
  const words = svg.getAttribute("aria-labelledby").split(" ").map((id) => document.getElementById(id).textContent);
  expect(words[0] === title && words[1].length > 10, `${title}: the alternative text is missing`);
  expect(box.width > 150 && box.height > 30, `${title}: the drawing has no size`);
  const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent);
  const boxes = texts.map((text) => text.getBoundingClientRect());
  texts.forEach((text, i) => {
    const own = boxes[i];
    expect(own.left >= box.left - 1 && own.right <= box.right + 1 && own.top >= box.top - 1 && own.bottom <= box.bottom + 1,
      `${title}: "${text.textContent}" leaves the drawing`);
    expect(contrast(style(text).fill, paper) >= 4.5, `${title}: "${text.textContent}" is too pale`);
    boxes.slice(i + 1).forEach((other, j) => {
      const wide = Math.min(own.right, other.right) - Math.max(own.left, other.left);
      const high = Math.min(own.bottom, other.bottom) - Math.max(own.top, other.top);
      expect(wide < 1 || high < 3, `${title}: "${text.textContent}" covers "${texts[i + 1 + j].textContent}"`);
    });
  });
  svg.querySelectorAll(".line, .dot, .area").forEach((shape) => {
    const color = shape.classList.contains("line") ? style(shape).stroke : style(shape).fill;
    expect(contrast(color, paper) >= 3, `${title}: a series is too pale, ${color} on ${paper}`);
  });
  const rows = figure.querySelectorAll("table tbody tr").length;
  expect(rows > 0, `${title}: the table is empty`);
  return { title, rows, details: figure.querySelector("details").offsetHeight };
});
expect(document.documentElement.scrollWidth <= innerWidth, "the page is wider than its window");
expect(contrast(style(document.body).color, paper) >= 7, "the text is too pale");
const result = document.createElement("pre");
result.id = "probe";
result.textContent = JSON.stringify({ paper, figures, problems });
document.body.append(result);
