"""What a check found in the images of both domains."""

import dataclasses

from semst_tf.data.domain_report import DomainReport

_NAMED = 3  # bad files named in one message


@dataclasses.dataclass
class CheckReport:
    """Result of `check_images`; `print(report)` is made for reading.

    Args:
        source: `DomainReport` of the source domain.
        target: `DomainReport` of the target domain.
        set_problems: List of str. What makes a whole set unusable.
        warnings: List of str. What is odd but can be trained on.
    """

    source: DomainReport
    target: DomainReport
    set_problems: list = dataclasses.field(default_factory=list)
    warnings: list = dataclasses.field(default_factory=list)

    @property
    def file_problems(self):
        """List of str: bad images, which `skip_bad` would leave out."""
        reports = (self.source, self.target)
        return [_bad_files(report) for report in reports if report.bad]

    @property
    def problems(self):
        """List of str: everything that training would stop for."""
        return self.set_problems + self.file_problems

    @property
    def skipped(self):
        """List of str: names of the images that `skip_bad` leaves out."""
        return [
            report.collection.name(index)
            for report in (self.source, self.target)
            for index in sorted(report.bad)
        ]

    def raise_for_problems(self, skip_bad=False):
        """Raises one error that names what is wrong.

        Args:
            skip_bad: bool. Whether bad images will be left out and are no
                error, as long as others remain. Defaults to `False`.

        Raises:
            ValueError: If there are problems.
        """
        problems = list(self.set_problems)
        if skip_bad:
            problems += [
                f"{report.name}: none of its images can be used"
                for report in (self.source, self.target)
                if report.bad and len(report.bad) == len(report.collection)
            ]
        if not skip_bad or problems:
            problems += self.file_problems
        if problems:
            raise ValueError("The images have problems. " + "; ".join(problems))

    def __str__(self):
        lines = [str(self.source), str(self.target)]
        lines += [f"warning: {text}" for text in self.warnings]
        lines += [f"problem: {text}" for text in self.problems]
        if not self.problems:
            lines.append("no problems found")
        return "\n".join(lines)


def _bad_files(report):
    reasons = list(report.bad.values())
    named = ", ".join(reasons[:_NAMED])
    more = f" and {len(reasons) - _NAMED} more" if len(reasons) > _NAMED else ""
    return (
        f"{report.name}: {len(reasons)} of {len(report.collection)} images "
        f"can't be used: {named}{more}"
    )
