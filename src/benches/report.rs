//! The table that is printed and the CSV that is kept.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::Result;

/// What a figure must be, as a share of its yardstick.
#[derive(Clone, Copy)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
    Within(f64, f64),
}

impl Target {
    fn holds(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(least) => ratio >= least,
            Self::AtMost(most) => ratio <= most,
            Self::Within(least, most) => (least..=most).contains(&ratio),
        }
    }

    fn words(self) -> String {
        match self {
            Self::AtLeast(least) => format!(">= {least}"),
            Self::AtMost(most) => format!("<= {most}"),
            Self::Within(least, most) => format!("{least}-{most}"),
        }
    }
}

/// One figure and its yardstick, in the same unit.
pub struct Figure {
    pub name: &'static str,
    pub unit: &'static str,
    pub measured: f64,
    pub yardstick: f64,
    pub target: Target,
    /// What held it back.
    pub bottleneck: String,
}

pub struct Report {
    csv: csv::Writer<File>,
    path: PathBuf,
    missed: usize,
}

impl Report {
    pub fn new(dir: &Path) -> Result<Self> {
        let path = dir.join("latest.csv");
        let mut csv = csv::Writer::from_path(&path)?;
        csv.write_record(["figure", "unit", "measured", "yardstick", "ratio", "target", "ok", "bottleneck"])?;
        Ok(Self { csv, path, missed: 0 })
    }

    /// Says the figure at once and keeps it.
    pub fn add(&mut self, figure: &Figure) -> Result<()> {
        let Figure { name, unit, measured, yardstick, target, bottleneck } = figure;
        let ratio = measured / yardstick;
        let ok = target.holds(ratio);
        self.missed += usize::from(!ok);
        let mark = if ok { "✓" } else { "✗" };
        say(&format!(
            "{mark} {name:<34} {measured:>10.2} {unit:<6} patrón {yardstick:>10.2}  razón {ratio:>6.3} ({})  {bottleneck}",
            target.words()
        ))?;
        let number = |value: f64| format!("{value:.4}");
        self.csv.write_record([
            *name,
            *unit,
            &number(*measured),
            &number(*yardstick),
            &number(ratio),
            &target.words(),
            if ok { "yes" } else { "no" },
            bottleneck,
        ])?;
        Ok(self.csv.flush()?)
    }

    pub fn finish(self) -> Result<()> {
        say(&format!("CSV: {}", self.path.display()))?;
        if self.missed == 0 {
            Ok(())
        } else {
            Err(format!("{} figures miss their target", self.missed).into())
        }
    }
}

/// A line for whoever watches.
pub fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// The middle one; of none, not a number.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
