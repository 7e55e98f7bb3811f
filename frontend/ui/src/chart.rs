//! Charts drawn from whole numbers (cents, counts): no floats, so figures and picture agree.
//!
//! Colours are CSS variables; a table with the same figures stands behind each chart.

use leptos::prelude::*;

use crate::words;

/// Formats a value of a chart for people.
pub type Format = fn(i64) -> String;

/// Values of a chart over its labels.
#[derive(Clone, Debug, Default)]
pub struct Series {
    pub name: String,
    pub values: Vec<i64>,
}

/// A part of a whole.
#[derive(Clone, Debug)]
pub struct Share {
    pub name: String,
    pub value: i64,
    pub href: Option<String>,
}

const WIDTH: i64 = 10_000;
const HEIGHT: i64 = 2_000;

/// The top of the axis: the next 1, 2, 2.5 or 5 times a power of ten, and at least 4.
fn axis_top(max: i64) -> i64 {
    if max <= 4 {
        return 4;
    }
    let mut power = 1_i64;
    loop {
        for step in [10, 20, 25, 50] {
            let top = power * step / 10;
            if top >= max {
                return top;
            }
        }
        power = power.saturating_mul(10);
        if power > i64::MAX / 100 {
            return max;
        }
    }
}

fn scale(value: i64, top: i64, height: i64) -> i64 {
    let (value, top, height) = (i128::from(value.max(0)), i128::from(top.max(1)), i128::from(height));
    i64::try_from(height - value * height / top).unwrap_or(0)
}

fn x_at(index: usize, count: usize, width: i64) -> i64 {
    let (index, gaps) = (i64::try_from(index).unwrap_or(0), i64::try_from(count).unwrap_or(1) - 1);
    if gaps < 1 { width / 2 } else { width * index / gaps }
}

/// A smooth path through the points, never leaving the range between neighbours.
fn path(points: &[(i64, i64)]) -> String {
    let mut out = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        if index == 0 {
            out.push_str(&format!("M{x} {y}"));
            continue;
        }
        let (px, py) = points[index - 1];
        let middle = (px + x) / 2;
        out.push_str(&format!("C{middle} {py} {middle} {y} {x} {y}"));
    }
    out
}

fn points(values: &[i64], top: i64, width: i64, height: i64) -> Vec<(i64, i64)> {
    values
        .iter()
        .enumerate()
        .map(|(index, value)| (x_at(index, values.len(), width), scale(*value, top, height)))
        .collect()
}

/// The figures of a chart as a table, folded.
#[component]
pub fn ChartTable(labels: Vec<String>, series: Vec<Series>, format: Format) -> impl IntoView {
    view! {
        <details class="chart-table mt-3">
            <summary>{words().show_table}</summary>
            <div class="table-wrap mt-2">
                <table class="table">
                    <thead>
                        <tr>
                            <td></td>
                            {series.iter().map(|series| view! { <th scope="col" class="end">{series.name.clone()}</th> }).collect_view()}
                        </tr>
                    </thead>
                    <tbody>
                        {labels
                            .into_iter()
                            .enumerate()
                            .map(|(index, label)| {
                                view! {
                                    <tr>
                                        <th scope="row">{label}</th>
                                        {series
                                            .iter()
                                            .map(|series| {
                                                let value = series.values.get(index).copied();
                                                view! { <td class="end num">{value.map(format)}</td> }
                                            })
                                            .collect_view()}
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
        </details>
    }
}

/// A line with the area below the first series; others have a colour and dashes of their own, and a legend names all.
/// For values over time.
#[component]
pub fn AreaChart(
    #[prop(into)] title: String,
    labels: Vec<String>,
    series: Vec<Series>,
    format: Format,
) -> impl IntoView {
    let max = series.iter().flat_map(|series| series.values.iter().copied()).max().unwrap_or(0);
    let top = axis_top(max);
    let lines: Vec<(String, String)> = series
        .iter()
        .map(|series| {
            let points = points(&series.values, top, WIDTH, HEIGHT);
            let line = path(&points);
            let area = match (points.first(), points.last()) {
                (Some((first, _)), Some((last, _))) => format!("{line}L{last} {HEIGHT}L{first} {HEIGHT}Z"),
                _ => String::new(),
            };
            (line, area)
        })
        .collect();
    let drawn = lines
        .into_iter()
        .enumerate()
        .map(|(index, (line, area))| {
            view! {
                {(index == 0).then(|| view! { <path class="chart-area" d=area></path> })}
                <path class=format!("chart-line l-{}", index + 1) d=line></path>
            }
        })
        .collect_view();
    plot(title, labels, series, format, top, drawn.into_any(), false)
}

/// Bars: for amounts of separate days or kinds.
#[component]
pub fn BarChart(
    #[prop(into)] title: String,
    labels: Vec<String>,
    values: Vec<i64>,
    format: Format,
) -> impl IntoView {
    let top = axis_top(values.iter().copied().max().unwrap_or(0));
    let count = i64::try_from(values.len().max(1)).unwrap_or(1);
    let slot = WIDTH / count;
    let bars = values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let x = i64::try_from(index).unwrap_or(0) * slot + slot / 6;
            let y = scale(*value, top, HEIGHT);
            view! {
                <rect
                    class="chart-bar"
                    x=x.to_string()
                    y=y.to_string()
                    width=(slot * 2 / 3).to_string()
                    height=(HEIGHT - y).to_string()
                ></rect>
            }
        })
        .collect_view()
        .into_any();
    let title_of_series = title.clone();
    plot(title, labels, vec![Series { name: title_of_series, values }], format, top, bars, true)
}

fn plot(
    title: String,
    labels: Vec<String>,
    series: Vec<Series>,
    format: Format,
    top: i64,
    drawn: AnyView,
    bars: bool,
) -> AnyView {
    let count = labels.len();
    let every = count.div_ceil(6).max(1);
    let hits = labels
        .iter()
        .enumerate()
        .map(|(index, label)| {
            let rows = series
                .iter()
                .enumerate()
                .map(|(number, series)| {
                    let value = series.values.get(index).copied();
                    view! {
                        <span class="flex items-center gap-2">
                            <i class=format!("swatch c-{}", number + 1)></i>
                            {series.name.clone()}
                            <b class="num ml-auto pl-4 text-ink">{value.map(format)}</b>
                        </span>
                    }
                })
                .collect_view();
            let late = if index > count / 2 { "late" } else { "" };
            view! {
                <span class=late>
                    <span class="chart-tip">
                        <b class="text-ink">{label.clone()}</b>
                        {rows}
                    </span>
                </span>
            }
        })
        .collect_view();
    let ticks = labels
        .iter()
        .enumerate()
        .map(|(index, label)| view! { <span>{(index % every == 0).then(|| label.clone())}</span> })
        .collect_view();
    // The table below says the same to those who do not see it.
    let legend = (series.len() > 1).then(|| {
        let names = series.iter().enumerate().map(|(index, series)| {
            view! {
                <span>
                    <i class=format!("swatch c-{}", index + 1)></i>
                    {series.name.clone()}
                </span>
            }
        });
        view! { <div class="chart-legend" aria-hidden="true">{names.collect_view()}</div> }
    });
    view! {
        <div>
            {legend}
            <div class="chart">
                <div class="chart-y" aria-hidden="true">
                    {(0..5).rev().map(|step| view! { <span>{format(top / 4 * step + top % 4 * step / 4)}</span> }).collect_view()}
                </div>
                <div class="chart-plot">
                    <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=title>
                        {(0..5)
                            .map(|step| {
                                let y = (HEIGHT * step / 4).to_string();
                                view! { <line class="chart-grid" x1="0" x2=WIDTH.to_string() y1=y.clone() y2=y></line> }
                            })
                            .collect_view()}
                        {drawn}
                    </svg>
                    <div class="chart-hit" class:bars=bars aria-hidden="true">
                        {hits}
                    </div>
                </div>
                <div class="chart-x" class:bars=bars aria-hidden="true">
                    {ticks}
                </div>
            </div>
            <ChartTable labels series format />
        </div>
    }
    .into_any()
}

/// A line without axes, for a row or a figure.
#[component]
pub fn Sparkline(#[prop(into)] values: Vec<i64>) -> impl IntoView {
    let top = values.iter().copied().max().unwrap_or(0).max(1);
    let points = points(&values, top, 880, 260);
    let line = path(&points);
    let area = format!("{line}L880 280L0 280Z");
    view! {
        <svg class="spark" viewBox="0 0 880 280" preserveAspectRatio="none" aria-hidden="true">
            <path class="chart-area" d=area></path>
            <path class="chart-line" d=line></path>
        </svg>
    }
}

/// A line in a row of a table with its figure, told in words to those who do not see it; opened, the numbers behind it.
#[component]
pub fn SparkRow(
    values: Vec<i64>,
    /// What is written beside the line.
    figure: String,
    /// The line in words.
    text: String,
    /// Names and values.
    rows: Vec<(String, String)>,
) -> impl IntoView {
    let node = NodeRef::<leptos::html::Details>::new();
    let open = RwSignal::new(false);
    // A page has many of them: the numbers are drawn once somebody asks.
    let numbers = move || {
        let row = |(name, value): &(String, String)| {
            view! {
                <div>
                    <dt>{name.clone()}</dt>
                    <dd class="num">{value.clone()}</dd>
                </div>
            }
        };
        open.get().then(|| rows.iter().map(row).collect_view())
    };
    view! {
        <details
            node_ref=node
            class="chart-table"
            on:toggle=move |_| open.set(node.get_untracked().is_some_and(|details| details.open()))
        >
            <summary class="flex items-center gap-2 cursor-pointer">
                <Sparkline values />
                <span class="num" aria-hidden="true">{figure}</span>
                <span class="sr-only">{text}</span>
            </summary>
            <dl class="facts mt-2">{numbers}</dl>
        </details>
    }
}

/// Parts of a whole as one bar, with the figures below it: its own table.
#[component]
pub fn StackedBar(shares: Vec<Share>, format: Format) -> impl IntoView {
    let bars = shares
        .iter()
        .enumerate()
        .filter(|(_, share)| share.value > 0)
        .map(|(index, share)| {
            view! { <i class=format!("c-{}", index % 5 + 1) style:flex-grow=share.value.to_string()></i> }
        })
        .collect_view();
    view! {
        <div class="stack mb-4" aria-hidden="true">
            {bars}
        </div>
        <dl class="facts">
            {shares
                .into_iter()
                .enumerate()
                .map(|(index, share)| {
                    let name = share.name.clone();
                    view! {
                        <div>
                            <dt class="flex items-center gap-2.5">
                                <i class=format!("swatch c-{}", index % 5 + 1)></i>
                                {match share.href {
                                    Some(href) => view! { <a class="hover:underline" href=href>{name}</a> }.into_any(),
                                    None => name.into_any(),
                                }}
                            </dt>
                            <dd class="num">{format(share.value)}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        assert_eq!([0, 3, 7, 18, 23, 240, 2050].map(axis_top), [4, 4, 10, 20, 25, 250, 2500]);
    }

    #[test]
    fn points_stay_inside_the_picture() {
        assert_eq!(points(&[0, 5, 10], 10, 100, 50), [(0, 50), (50, 25), (100, 0)]);
        assert_eq!(points(&[-4], 10, 100, 50), [(50, 50)]);
    }
}
