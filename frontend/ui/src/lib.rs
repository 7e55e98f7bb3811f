//! What pages are made of: buttons, fields, tables, dialogs, charts.
//!
//! Knows no domain and no API. Texts of its own come from [`Words`], set once with [`set_words`];
//! every other text is a parameter. The look is in `tokens.css` and `components.css` beside this crate.

pub mod chart;
pub mod choice;
pub mod effect;
pub mod field;
pub mod focus;
pub mod form;
pub mod frame;
pub mod guard;
pub mod icon;
pub mod kept;
pub mod list;
pub mod menu;
pub mod overlay;
pub mod paging;
pub mod palette;
pub mod select;
pub mod show;
pub mod table;
pub mod toast;
pub mod words;
pub mod wrap;

pub use chart::{AreaChart, BarChart, ChartTable, Series, Share, SparkRow, Sparkline, StackedBar};
pub use choice::{CheckField, CheckList, RadioCard, RadioCards, SelectField, SwitchField};
pub use effect::{effect, settled};
pub use field::{NumberField, PasswordField, TextArea, TextField};
pub use focus::hold_focus;
pub use form::{FieldProblem, Form, FormErrors};
pub use frame::{
    Breadcrumbs, Card, Crumb, PageHead, ProgressSteps, Segment, StatCard, Step, StepState, Stepper, Tab,
    Tabs, nearest,
};
pub use guard::{address, guard_history, may_leave, not_typed, use_typed_guard};
pub use icon::{Icon, lu};
pub use kept::{keep, kept};
pub use list::{ListState, use_list};
pub use menu::{Menu, MenuButton, MenuLink};
pub use overlay::{Confirm, Dialog, Drawer, Open, SideDrawer, TypeName};
pub use paging::{Pagination, PerPage, SearchBox};
pub use palette::{Command, CommandPalette};
pub use select::{Chosen, Selection};
pub use show::{
    Avatar, Badge, Button, CopyId, EmptyState, Facts, FailedState, LinkButton, Note, Skeleton, Tone, initials,
};
pub use table::{Align, Column, Table};
pub use toast::{Toasts, toast_bad, toast_ok, toast_undo};
pub use words::{Words, set_words, words};
pub use wrap::TableWrap;
