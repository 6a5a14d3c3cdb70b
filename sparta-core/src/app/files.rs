//! What the user ships beside the program.

use std::path::PathBuf;

use crate::{
    App,
    file::{File, FileSource},
};

impl App {
    /// Adds a file to the code archive, beside the program that Lambda runs: its path there, and its content, which is bytes or a
    /// path below the folder of the package's `Cargo.toml`.
    ///
    /// On Lambda it is in the folder that the variable `LAMBDA_TASK_ROOT` names, for all to read (mode 0644). The program, all files
    /// and all Lambda layers have at most 250 MB unpacked. One that is read from a path is read when the service is packaged, so
    /// that [`before_build`](Self::before_build) can make it. The program itself does not get larger by it, not even by
    /// `include_bytes!`.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
    ///
    /// # Example
    ///
    /// ```
    /// use std::{fs, path::PathBuf};
    /// use sparta_core::{App, Error, Function, Request, service_fn};
    ///
    /// async fn page(_: Request) -> Result<String, Error> {
    ///     let folder = std::env::var_os("LAMBDA_TASK_ROOT").map(PathBuf::from).unwrap_or_default();
    ///     Ok(fs::read_to_string(folder.join("pages/index.html"))?)
    /// }
    ///
    /// let app = App::new("Pages")
    ///     .function(Function::http("page", service_fn(page)))
    ///     .file("pages/index.html", "pages/index.html")
    ///     .file("pages/robots.txt", b"User-agent: *\nDisallow: /\n");
    /// app.check().unwrap();
    /// ```
    pub fn file(mut self, path: impl Into<String>, source: impl Into<FileSource>) -> Self {
        self.files.push(|| File::new(path.into(), source.into()));
        self
    }

    /// Adds all files of a folder to the code archive, beside the program that Lambda runs: its path there, and where it is below the
    /// folder of the package's `Cargo.toml`.
    ///
    /// It is as with [`file`](Self::file). Files and folders whose names begin with a dot are left out, all but `.well-known`. A link
    /// is an error, and so is a folder without a file.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::App;
    ///
    /// let app = App::new("Pages").folder("templates", "src/templates");
    /// ```
    pub fn folder(mut self, path: impl Into<String>, source: impl Into<PathBuf>) -> Self {
        self.files.push(|| File::new(path.into(), FileSource::folder(source.into(), Vec::new())));
        self
    }
}
